/** Stops what globalSetup.ts started; its guard then deletes the folder. */
export default async function globalTeardown(): Promise<void> {
  await global.stopTestServers();
}
