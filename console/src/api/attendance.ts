/** Tells the API that a page asks by itself, so that a session still ends when nobody uses it. */
export const UNATTENDED_HEADER = 'X-Tributary-Unattended';

const AFTER_MS = 60_000;
let lastTouched = Date.now();
const touched = () => {
  lastTouched = Date.now();
};
for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'])
  window.addEventListener(kind, touched, { passive: true, capture: true });

/** Whether nobody has touched the page for a minute. */
export const isUnattended = (): boolean => Date.now() - lastTouched > AFTER_MS;
