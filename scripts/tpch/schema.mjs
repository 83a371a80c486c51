/**
 * The eight tables: columns with the types that the jobs declare, keys, and how many rows there are at scale factor 1.
 *
 * The specification leaves the types open but for their ranges: identifiers are bigint, money is numeric(12,2), text has no length.
 */

/** @typedef {'region' | 'nation' | 'supplier' | 'part' | 'partsupp' | 'customer' | 'orders' | 'lineitem'} TableName */

const money = 'numeric(12,2)';

/** @satisfies {Readonly<Record<TableName, Readonly<Record<string, string>>>>} */
export const columns = {
  region: { r_regionkey: 'bigint', r_name: 'text', r_comment: 'text' },
  nation: { n_nationkey: 'bigint', n_name: 'text', n_regionkey: 'bigint', n_comment: 'text' },
  supplier: {
    s_suppkey: 'bigint',
    s_name: 'text',
    s_address: 'text',
    s_nationkey: 'bigint',
    s_phone: 'text',
    s_acctbal: money,
    s_comment: 'text',
  },
  part: {
    p_partkey: 'bigint',
    p_name: 'text',
    p_mfgr: 'text',
    p_brand: 'text',
    p_type: 'text',
    p_size: 'integer',
    p_container: 'text',
    p_retailprice: money,
    p_comment: 'text',
  },
  partsupp: {
    ps_partkey: 'bigint',
    ps_suppkey: 'bigint',
    ps_availqty: 'integer',
    ps_supplycost: money,
    ps_comment: 'text',
  },
  customer: {
    c_custkey: 'bigint',
    c_name: 'text',
    c_address: 'text',
    c_nationkey: 'bigint',
    c_phone: 'text',
    c_acctbal: money,
    c_mktsegment: 'text',
    c_comment: 'text',
  },
  orders: {
    o_orderkey: 'bigint',
    o_custkey: 'bigint',
    o_orderstatus: 'text',
    o_totalprice: money,
    o_orderdate: 'date',
    o_orderpriority: 'text',
    o_clerk: 'text',
    o_shippriority: 'integer',
    o_comment: 'text',
  },
  lineitem: {
    l_orderkey: 'bigint',
    l_partkey: 'bigint',
    l_suppkey: 'bigint',
    l_linenumber: 'integer',
    l_quantity: money,
    l_extendedprice: money,
    l_discount: money,
    l_tax: money,
    l_returnflag: 'text',
    l_linestatus: 'text',
    l_shipdate: 'date',
    l_commitdate: 'date',
    l_receiptdate: 'date',
    l_shipinstruct: 'text',
    l_shipmode: 'text',
    l_comment: 'text',
  },
};

export const tableNames = /** @type {readonly TableName[]} */ (Object.keys(columns));

/** @satisfies {Readonly<Record<TableName, readonly string[]>>} */
export const primaryKeys = {
  region: ['r_regionkey'],
  nation: ['n_nationkey'],
  supplier: ['s_suppkey'],
  part: ['p_partkey'],
  partsupp: ['ps_partkey', 'ps_suppkey'],
  customer: ['c_custkey'],
  orders: ['o_orderkey'],
  lineitem: ['l_orderkey', 'l_linenumber'],
};

/** At scale factor 1. The rows of partsupp come from part, four each, those of lineitem from orders, one to seven each. */
const rowsAtScaleOne = { supplier: 10_000, part: 200_000, customer: 150_000, orders: 1_500_000 };

/** @typedef {{ readonly supplier: number, readonly part: number, readonly customer: number, readonly orders: number, readonly clerk: number, readonly scaleFactor: number }} Counts */

/**
 * Fails for scale factors at which the specification's formula gives a part the same supplier twice: with fewer than 80
 * suppliers, and with fewer than 240 that twelve divides.
 *
 * @param {number} scaleFactor @returns {Counts}
 */
export function countsOf(scaleFactor) {
  /** @param {number} rows */
  const scaled = (rows) => Math.round(rows * scaleFactor);
  const { supplier, part, customer, orders } = rowsAtScaleOne;
  if (!(scaleFactor > 0 && scaleFactor <= 1000)) throw new Error(`${scaleFactor} is no scale factor`);
  const suppliers = scaled(supplier);
  if (suppliers < 80 || (suppliers < 240 && suppliers % 12 === 0))
    throw new Error(`a part would have a supplier twice at scale factor ${scaleFactor}: take 0.01, or 0.03 or more`);
  return {
    supplier: suppliers,
    part: scaled(part),
    customer: scaled(customer),
    orders: scaled(orders),
    clerk: scaled(1000),
    scaleFactor,
  };
}
