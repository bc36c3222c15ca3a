/**
 * Copies text. On plain HTTP there is no clipboard API: then the field that shows the text is selected and the old
 * command copies the selection. False: it stays selected for the person to copy.
 */
export async function copyText(text: string, field: HTMLInputElement | HTMLTextAreaElement): Promise<boolean> {
  // Typed as always there; in an insecure context it is not.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard) {
    try {
      await clipboard.writeText(text);
      return true;
    } catch {
      // Refused by the browser: the selection still works.
    }
  }
  field.focus();
  field.select();
  return document.execCommand('copy');
}
