/**
 * The words of the TPC-H specification (revision 3, clause 4.2.2.13 and 4.2.3): facts, no code. Order matters only where a number
 * stands for a word: the key of a nation or region is its place.
 */

export const regions = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'];

/** @type {readonly (readonly [name: string, regionKey: number])[]} */
export const nations = [
  ['ALGERIA', 0],
  ['ARGENTINA', 1],
  ['BRAZIL', 1],
  ['CANADA', 1],
  ['EGYPT', 4],
  ['ETHIOPIA', 0],
  ['FRANCE', 3],
  ['GERMANY', 3],
  ['INDIA', 2],
  ['INDONESIA', 2],
  ['IRAN', 4],
  ['IRAQ', 4],
  ['JAPAN', 2],
  ['JORDAN', 4],
  ['KENYA', 0],
  ['MOROCCO', 0],
  ['MOZAMBIQUE', 0],
  ['PERU', 1],
  ['CHINA', 2],
  ['ROMANIA', 3],
  ['SAUDI ARABIA', 4],
  ['VIETNAM', 2],
  ['RUSSIA', 3],
  ['UNITED KINGDOM', 3],
  ['UNITED STATES', 1],
];

export const segments = ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'MACHINERY', 'HOUSEHOLD'];
export const priorities = ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'];
export const instructions = ['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'];
export const shipModes = ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'];

/** A type and a container are one word of each list. */
export const typeSyllables = [
  words('STANDARD SMALL MEDIUM LARGE ECONOMY PROMO'),
  words('ANODIZED BURNISHED PLATED POLISHED BRUSHED'),
  words('TIN NICKEL BRASS STEEL COPPER'),
];
export const containerSyllables = [words('SM LG MED JUMBO WRAP'), words('CASE BOX BAG JAR PKG PACK CAN DRUM')];

/** The name of a part is five of these. */
export const colours =
  words(`almond antique aquamarine azure beige bisque black blanched blue blush brown burlywood burnished
  chartreuse chiffon chocolate coral cornflower cornsilk cream cyan dark deep dim dodger drab firebrick floral forest frosted
  gainsboro ghost goldenrod green grey honeydew hot indian ivory khaki lace lavender lawn lemon light lime linen magenta maroon
  medium metallic midnight mint misty moccasin navajo navy olive orange orchid pale papaya peach peru pink plum powder puff purple
  red rose rosy royal saddle salmon sandy seashell sienna sky slate smoke snow spring steel tan thistle tomato turquoise violet
  wheat white yellow`);

/**
 * What comments are made of. Words listed first are the ones that query 13 looks for ("special … requests"); the generator
 * prefers them, so that about one comment of an order in a hundred matches.
 */
export const comment = {
  commonNouns: words('packages requests accounts deposits'),
  nouns:
    words(`foxes ideas theodolites pinto_beans instructions dependencies excuses platelets asymptotes courts dolphins
    multipliers sauternes warthogs frets dinos attainments somas Tiresias' patterns forges braids hockey_players frays warhorses
    dugouts notornis epitaphs pearls tithes waters orbits gifts sheaves depths sentiments decoys realms pains grouches escapades`),
  commonAdjectives: words('special pending unusual express'),
  adjectives:
    words(`furious sly careful blithe quick fluffy slow quiet ruthless thin close dogged daring brave stealthy permanent
    enticing idle busy regular final ironic even bold silent`),
  verbs:
    words(`sleep wake are cajole haggle nag use boost affix detect integrate maintain nod was lose sublate solve thrash promise
    engage hinder print x-ray breach eat grow impress mold poach serve run dazzle snooze doze unwind kindle play hang believe
    doubt`),
  adverbs:
    words(`sometimes always never furiously slyly carefully blithely quickly fluffily slowly quietly ruthlessly thinly closely
    doggedly daringly bravely stealthily permanently enticingly idly busily regularly finally ironically evenly boldly silently`),
  prepositions:
    words(`about above according_to across after against along alongside_of among around at atop before behind beneath
    beside besides between beyond by despite during except for from in_place_of inside instead_of into near of on outside over
    past since through throughout to toward under until up upon without with within`),
  auxiliaries:
    words(`do may might shall will would can could should ought_to must will_have_to shall_have_to could_have_to
    should_have_to must_have_to need_to try_to`),
  terminators: ['.', ';', ':', '?', '!', '--'],
};

/** @param {string} text @returns {readonly string[]} */
function words(text) {
  return text.split(/\s+/).map((word) => word.replaceAll('_', ' '));
}
