/** Whether Enter presses what has the focus, such as a link or a button. */
export function isPressable(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'a[href], button, summary, [role="button"], [role="tab"], [role="switch"], [role="menuitem"]',
    ) !== null
  );
}

/** Whether a key press belongs to a field, a menu or a dialog and not to the page. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.target as HTMLElement | null;
  if (!target) return false;
  const inField = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  // A checkbox is an input too, but nothing is typed into it.
  const isCheckbox = target instanceof HTMLInputElement && /^(checkbox|radio)$/.test(target.type);
  // Menus that open over the page have keys of their own; the page's menu has not.
  const isOverPage = target.closest('[role="dialog"], [role="listbox"], [role="menu"]:not(nav *)') !== null;
  return (inField && !isCheckbox) || isOverPage || isDialogOpen();
}

// A press beside a dialog takes the focus out of it, and the dialog still covers the page.
function isDialogOpen(): boolean {
  const dialogs = document.querySelectorAll('[role="dialog"][aria-modal="true"]');
  return [...dialogs].some((dialog) => dialog.getClientRects().length > 0);
}
