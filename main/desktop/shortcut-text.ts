/** Electron's "CommandOrControl+Shift+Space" as the keys are labelled: "Ctrl+Shift+Space". */
export function readableShortcut(accelerator: string): string {
  return accelerator.replace(/CommandOrControl|CmdOrCtrl|Control/g, 'Ctrl');
}
