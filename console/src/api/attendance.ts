/** Marks automatic refreshes, so that they do not extend a session nobody uses. */
export const UNATTENDED_HEADER = 'X-Tributary-Unattended';

const AFTER_MS = 60_000;
let lastTouched = Date.now();
const touched = () => {
  lastTouched = Date.now();
};
for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'])
  window.addEventListener(kind, touched, { passive: true, capture: true });

/** Whether the page was not used for a minute. */
export const isUnattended = (): boolean => Date.now() - lastTouched > AFTER_MS;
