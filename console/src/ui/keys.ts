/** Whether a key press belongs to a field, a menu or a dialog and not to the page. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.target as HTMLElement | null;
  if (!target) return false;
  const inField = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  // A checkbox is an input too, but nothing is typed into it.
  const isCheckbox = target instanceof HTMLInputElement && /^(checkbox|radio)$/.test(target.type);
  return (
    (inField && !isCheckbox) || target.closest('[role="dialog"], [role="listbox"], [role="menu"]') !== null
  );
}
