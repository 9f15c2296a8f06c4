// What shrinking knows of topologies: lists of objects by name, whatever the system. Everything here
// is about plain data; what the objects mean is the engines' business.

import type { AnyProgram } from '../engine/program.ts';

/** An object of a topology, or its geometry: named fields. */
export type Entry = Readonly<Record<string, unknown>>;

export interface AnyVma {
  readonly start: number;
  readonly end: number;
  /** Of the pages behind it (SPAPR). */
  readonly pageShift?: number;
  /** Where the memory behind it begins (the IOMMU stack): stays as it is. */
  readonly pa?: number;
}

/** Lists of the topologies; `kvms` is a number, and so a list of nothing in particular. */
export type ListName = 'containers' | 'kvms' | 'devices' | 'groups' | 'iommus' | 'processes';

const entries = (topology: object): Entry => topology as unknown as Entry;

/** The objects of one kind; none where the system has no such kind. */
export function listOf({ topology }: AnyProgram, name: ListName): readonly Entry[] {
  const list = entries(topology)[name];
  if (typeof list === 'number') return Array.from({ length: list }, () => ({}));
  return Array.isArray(list) ? (list as readonly Entry[]) : [];
}

export function withList(program: AnyProgram, name: ListName, list: readonly Entry[]): AnyProgram {
  if (!Object.hasOwn(program.topology, name)) return program;
  const value = typeof entries(program.topology)[name] === 'number' ? list.length : list;
  return { ...program, topology: { ...program.topology, [name]: value } };
}

/** Every object of one kind changed. */
export function mapList(
  program: AnyProgram,
  name: ListName,
  change: (entry: Entry, index: number) => Entry,
): AnyProgram {
  return withList(program, name, listOf(program, name).map(change));
}

export function leaveOut(entry: Entry, field: string): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== field));
}

/** log2 of the host page. */
export function pageShiftOf({ topology }: AnyProgram): number {
  return (entries(topology)['geometry'] as { readonly pageShift: number }).pageShift;
}

export function vmasOf(program: AnyProgram, p: number): readonly AnyVma[] {
  return (listOf(program, 'processes')[p]?.['vmas'] ?? []) as readonly AnyVma[];
}

export function withVmas(program: AnyProgram, p: number, vmas: readonly AnyVma[]): AnyProgram {
  return mapList(program, 'processes', (process, i) => (i === p ? { ...process, vmas } : process));
}
