/** Names, by its id, the import that a request is a part of. */
export const IMPORT_HEADER = 'X-Tributary-Import';
