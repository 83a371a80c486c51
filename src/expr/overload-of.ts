/** The overload that a call of a checked tree was resolved to: the one whose arguments are exactly the call's. */
import { castOverload, overloadsOf } from './catalog.js';
import type { CallExpr, Overload } from './overload.js';
import { argKindAt, isExact, takesCount } from './resolve-overload.js';

export function overloadOf(call: CallExpr): Overload {
  const found =
    call.name === 'cast'
      ? castOverload(call.args[0]!.type, call.type)
      : overloadsOf(call.name).find(
          (overload) =>
            takesCount(overload, call.args.length) &&
            call.args.every((arg, i) => isExact(argKindAt(overload, i), arg.type)),
        );
  if (found === null || found === undefined)
    throw new TypeError(`no function ${call.name}(${call.args.map((arg) => arg.type.kind).join(', ')})`);
  return found;
}
