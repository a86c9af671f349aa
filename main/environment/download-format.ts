/** How many of a file's first bytes {@link contentProblem} wants to see. */
export const seenBytes = 16;

/** Why a file's first bytes are not those of what its name says; null when nothing speaks against it. */
export function contentProblem(name: string, first: Uint8Array): string | null {
  const [a = 0, b = 0] = first;
  const text = String.fromCharCode(...first);
  if (text.startsWith('PK') || (a === 0x80 && b >= 2 && b <= 5)) return `${name} holds a Python pickle, which runs code when it is opened`;
  if (text.startsWith('#!') || text.startsWith('\u007fELF') || text.startsWith('MZ')) return `${name} is a program`;
  if (name.endsWith('.safetensors') && text[8] !== '{') return `${name} is not a safetensors file`;
  if (name.endsWith('.gguf') && !text.startsWith('GGUF')) return `${name} is not a GGUF file`;
  if (name.endsWith('.json') && !/^\s*[[{"]/.test(text)) return `${name} is not a JSON file`;
  return null;
}
