import { type RefObject, useEffect, useRef, useState } from 'react';

/**
 * Measures how wide an element is, so that a picture in it is drawn and not stretched.
 * @returns where to put the reference, and the width in pixels; 0 before it is known
 */
export function useWidth<E extends HTMLElement>(): [RefObject<E | null>, number] {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
