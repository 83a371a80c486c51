/**
 * separate-diamonds: a source that reaches a union, intersect or except on two ways is read once for each.
 *
 *     users ─┬▶ adults ─┐                users   ─▶ adults ─┐
 *            └▶ minors ─┴▶ union    ⇒    users#2 ─▶ minors ─┴▶ union
 *
 * A vertex is a tree: its source's rows go apart in it and never together again, so no operator waits for two streams.
 * Each copy takes its own filters into the source; with a run's snapshot both see the same rows. Keeps the meaning unless
 * a limit stands above both ways (each copy would choose rows of its own), which `buildLogicalGraph` refuses.
 */
import { ancestorsOf, makeGraph, withInput } from '../graph-edit.js';
import type { LogicalGraph, LogicalNode } from '../logical-graph.js';
import { everywhere, type RewriteRule } from './rewrite-rule.js';

export const separateDiamonds: RewriteRule = {
  name: 'separate-diamonds',
  apply: everywhere((graph) => {
    for (const union of graph.nodes.filter(meetsInputs)) {
      const second = union.inputs.findIndex((_, i) => i > 0 && sharesSource(graph, union, i));
      if (second > 0) return cloneInput(graph, union, second);
    }
    return null;
  }),
};

/** Do rows of several inputs flow into its chain? Others read exchanges. */
export function meetsInputs({ kind }: LogicalNode): boolean {
  return kind === 'union' || kind === 'intersect' || kind === 'except';
}

/** The ids that two inputs of a union both descend from; empty if they have nothing in common. */
export function sharedAncestors(graph: LogicalGraph, a: string, b: string): readonly string[] {
  const others = ancestorsOf(graph, b);
  return [...ancestorsOf(graph, a)].filter((id) => others.has(id));
}

function sharesSource(graph: LogicalGraph, union: LogicalNode, input: number): boolean {
  return union.inputs
    .slice(0, input)
    .some((earlier) => sharedAncestors(graph, earlier, union.inputs[input]).length > 0);
}

function cloneInput(graph: LogicalGraph, union: LogicalNode, input: number): LogicalGraph {
  const taken = new Set(graph.nodes.map((node) => node.id));
  const renamed = new Map<string, string>();
  const clones: LogicalNode[] = [];
  for (const node of graph.nodes.filter((candidate) => ancestorsOf(graph, union.inputs[input]).has(candidate.id))) {
    const id = freeId(originalId(node.id), taken);
    taken.add(id);
    renamed.set(node.id, id);
    clones.push(renameInputs({ ...node, id }, renamed));
  }
  const inputs = union.inputs.map((id, i) => (i === input ? renamed.get(id)! : id));
  return makeGraph(graph.nodes.flatMap((node) => (node.id === union.id ? [...clones, { ...union, inputs }] : [node])));
}

/** `users#2` is a copy of `users`; of what a step is lowered to, too: `rest#2.count`. */
export function originalId(id: string): string {
  return id.replace(/#\d+(?=\.|$)/u, '');
}

function freeId(id: string, taken: ReadonlySet<string>): string {
  for (let n = 2; ; n++) if (!taken.has(`${id}#${n}`)) return `${id}#${n}`;
}

function renameInputs(node: LogicalNode, renamed: ReadonlyMap<string, string>): LogicalNode {
  const renumbered = [...renamed].reduce((current, [from, to]) => withInput(current, from, to), node);
  if (renumbered.kind !== 'iterationHead') return renumbered;
  // A head belongs to the copy of its iteration, if that is one of them.
  return { ...renumbered, loop: renamed.get(renumbered.loop) ?? renumbered.loop };
}
