/** Replaced by the settings table. */
export type Settings = { readonly [key: string]: string | number | boolean };
