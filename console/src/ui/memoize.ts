/** Caches the results of a function of a few strings. */
export function memoize<Texts extends string[], T>(make: (...texts: Texts) => T): (...texts: Texts) => T {
  const made = new Map<string, T>();
  return (...texts) => {
    const key = texts.join('/');
    if (!made.has(key)) made.set(key, make(...texts));
    return made.get(key)!;
  };
}
