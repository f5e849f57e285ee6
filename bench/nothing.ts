/** The activity of the bare workflow. */
export async function nothing(): Promise<void> {}
