/** Whether Enter activates the focused element, such as a link or a button. */
export function isPressable(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'a[href], button, summary, [role="button"], [role="tab"], [role="switch"], [role="menuitem"]',
    ) !== null
  );
}

/** Whether a key press belongs to a field, menu or dialog instead of the page. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.target as HTMLElement | null;
  if (!target) return false;
  const inField = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  // A checkbox is an input without typing.
  const isCheckbox = target instanceof HTMLInputElement && /^(checkbox|radio)$/.test(target.type);
  // Popup menus have their own keys; the page's menu does not.
  const isOverPage = target.closest('[role="dialog"], [role="listbox"], [role="menu"]:not(nav *)') !== null;
  return (inField && !isCheckbox) || isOverPage || isDialogOpen();
}

// A click beside a dialog moves the focus out of it while it still covers the page.
function isDialogOpen(): boolean {
  const dialogs = document.querySelectorAll('[role="dialog"][aria-modal="true"]');
  return [...dialogs].some((dialog) => dialog.getClientRects().length > 0);
}
