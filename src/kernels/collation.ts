/** PostgreSQL's names of ICU collations: a locale and `-x-icu`. */
const NAME = /^(und|[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)-x-icu$/;

const collators = new Map<string, Intl.Collator>();

/** Null where there is no such collation. The order is that of the ICU which Node brings along; PostgreSQL's may be of another version. */
export function collatorOf(name: string): Intl.Collator | null {
  const locale = NAME.exec(name)?.[1];
  if (locale === undefined) return null;
  // English adds nothing to the order of the root; the root itself is not among the locales of Intl.
  const known = locale === 'und' ? 'en' : locale;
  if (Intl.Collator.supportedLocalesOf(known).length === 0) return null;
  let collator = collators.get(known);
  if (collator === undefined) collators.set(known, (collator = new Intl.Collator(known)));
  return collator;
}
