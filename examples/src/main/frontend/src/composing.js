/** Whether a key belongs to an input method. WebKit ends the composition before it reports the key, with this code. */
export function isComposing({ isComposing: inside, keyCode }) {
  return inside || keyCode === 229
}
