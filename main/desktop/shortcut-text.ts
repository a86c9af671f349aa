/** Electron's "CommandOrControl+Shift+Space" as the keys are labelled: "Ctrl+Shift+Space". */
export function readableShortcut(accelerator: string, platform: NodeJS.Platform): string {
  const command = platform === 'darwin' ? '⌘' : 'Ctrl';
  return accelerator.replace(/CommandOrControl|CmdOrCtrl/g, command).replace(/Control/g, 'Ctrl');
}
