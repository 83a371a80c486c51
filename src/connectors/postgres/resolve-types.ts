/**
 * The server's types as ours: by OID and modifier, asked from pg_type once for what is not built in.
 *
 * Domains count as what they are made of (the protocol reports them so); what we have no column for flows as the text the
 * server prints, under its own name. So do arrays that are not printed as `{a,b}`: `box[]` parts its elements with `;`,
 * `int2vector` with blanks.
 */
import type { DataType } from '../../columnar/data-type.js';
import type { ServerColumn } from './describe-query.js';
import type { Session } from './session.js';

const builtIn: Readonly<Record<number, DataType>> = {
  16: { kind: 'boolean' },
  17: { kind: 'bytea' },
  20: { kind: 'int64' },
  21: { kind: 'int16' },
  23: { kind: 'int32' },
  25: { kind: 'text' },
  114: { kind: 'json' },
  700: { kind: 'float32' },
  701: { kind: 'float64' },
  1082: { kind: 'date' },
  1083: { kind: 'time' },
  1114: { kind: 'timestamp' },
  1184: { kind: 'timestamptz' },
  1186: { kind: 'interval' },
  2950: { kind: 'uuid' },
  3802: { kind: 'jsonb' },
};

const NUMERIC = 1700;

export interface ResolvedType {
  readonly type: DataType;
  /** The server's spelling: `character varying(10)`, `mood`. */
  readonly serverName: string;
}

export async function resolveTypes(
  session: Session,
  columns: readonly ServerColumn[],
  doing: string,
): Promise<ResolvedType[]> {
  if (columns.length === 0) return [];
  // Arrays of domains and domains over arrays: the element's chain is followed by the recursive part.
  const rows = await session.query(
    `WITH RECURSIVE wanted AS (
       SELECT row_number() OVER () AS n, oid, typmod FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.oid[]), pg_catalog.unnest($2::pg_catalog.int4[])) AS w(oid, typmod)
     ), base AS (
       SELECT n, 0 AS depth, 0 AS dimensions, oid, typmod, pg_catalog.format_type(oid, typmod) AS name FROM wanted
       UNION ALL
       SELECT b.n, b.depth + 1, b.dimensions + CASE WHEN t.typtype = 'd' THEN 0 ELSE 1 END,
              CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.typelem END,
              CASE WHEN t.typtype = 'd' AND t.typtypmod <> -1 THEN t.typtypmod ELSE b.typmod END, b.name
         FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.oid
         LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
        WHERE t.typtype = 'd' OR (t.typinput = 'pg_catalog.array_in'::pg_catalog.regproc AND e.typdelim = ',')
     )
     SELECT DISTINCT ON (n) n, dimensions, oid::pg_catalog.text, typmod, name, pg_catalog.format_type(oid, typmod)
       FROM base ORDER BY n, depth DESC`,
    doing,
    [`{${columns.map((column) => column.oid).join(',')}}`, `{${columns.map((column) => column.typmod).join(',')}}`],
  );
  return rows.map(([, dimensions, oid, typmod, name, elementName]) => {
    const scalar = scalarType(Number(oid), Number(typmod), elementName!);
    const type = Number(dimensions) > 0 ? ({ kind: 'list', element: scalar } as const) : scalar;
    return { type, serverName: name! };
  });
}

function scalarType(oid: number, typmod: number, serverName: string): DataType {
  if (oid === NUMERIC) return numericType(typmod);
  return builtIn[oid] ?? { kind: 'text', sqlName: serverName };
}

/** The modifier packs precision and an 11-bit signed scale. Scales outside 0..precision need the unlimited form. */
function numericType(typmod: number): DataType {
  if (typmod < 4) return { kind: 'numeric' };
  const packed = typmod - 4;
  const precision = (packed >> 16) & 0xffff;
  const scale = ((packed & 0x7ff) ^ 1024) - 1024;
  if (precision > 38 || scale < 0 || scale > precision) return { kind: 'numeric' };
  return { kind: 'decimal', precision, scale };
}

/** Is this text only the server's print of some other type, which compares by other rules than text does? */
export function isStandIn(type: DataType): boolean {
  if (type.kind === 'list') return isStandIn(type.element);
  return type.kind === 'text' && type.sqlName !== undefined && !/^character varying/.test(type.sqlName);
}
