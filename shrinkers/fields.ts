// What shrinking knows of the arguments of operations, by their names: one table for all systems. A
// field that is not here is left as it is. shrinkers/fields.test.ts holds the table to the schemas.

import type { AnyOp } from '../engine/program.ts';

/**
 * What a number is: an index in a list of the topology, a slot in which a pointer is kept, an address
 * or a length in bytes (of which `length` cannot be 0), or a number without a unit.
 */
export type NumberKind = 'index' | 'slot' | 'address' | 'length' | 'number';

/** Every argument that is a number; in this order they are lowered. */
export const numberFields = {
  size: 'length',
  va: 'address',
  iova: 'address',
  fromIova: 'address',
  pa: 'address',
  base: 'address',
  address: 'address',
  start: 'address',
  windowSize: 'length',
  pgsize: 'length',
  pageShift: 'number',
  levels: 'number',
  extension: 'number',
  flags: 'number',
  prot: 'number',
  owner: 'number',
  pasid: 'number',
  container: 'index',
  group: 'index',
  device: 'index',
  kvm: 'index',
  domain: 'slot',
  ioas: 'slot',
  from: 'slot',
  hwpt: 'slot',
  parent: 'slot',
} as const satisfies Readonly<Record<string, NumberKind>>;

export type NumberField = keyof typeof numberFields;

export const fieldsOf = (...kinds: readonly NumberKind[]): readonly NumberField[] =>
  (Object.keys(numberFields) as NumberField[]).filter((f) => kinds.includes(numberFields[f]));

/** The list of the topology that an index names something in. */
export const listNamed = {
  container: 'containers',
  group: 'groups',
  device: 'devices',
  kvm: 'kvms',
} as const satisfies Readonly<Record<string, string>>;

/** Slots of the same table are renumbered together. */
export const slotTables = [['domain'], ['ioas', 'from'], ['hwpt', 'parent']] as const;

/** Arguments that a well-made or plainer call leaves out. */
export const optionalFields = [
  'flags',
  'shortArgsz',
  'badPointer',
  'readOnlyPointer',
  'prot',
  'write',
  'noSnoop',
  'bus',
  'pasid',
  'pgsize',
  'base',
  'bits',
  'smallPages',
  'cut',
] as const;

/** Operations that cannot do without one of {@link optionalFields}. */
const needed: Readonly<Record<string, readonly string[]>> = {
  flags: ['vfio_dirty_pages'],
  pasid: ['attach_pasid', 'detach_pasid'],
  base: ['get_msi_cookie', 'attached_get_msi_cookie'],
};

/** Arguments that are optional, and without which it is another call and not a plainer one. */
export const alternatives: Readonly<Record<string, readonly string[]>> = {
  vfio_dirty_pages: ['iova', 'size'],
  hwpt_alloc: ['ioas', 'parent'],
  iommufd_attach: ['hwpt', 'ioas'],
};

/** Arguments that are lists, of which members can go. */
export const listFields = ['segments', 'bits'] as const;

type Fields = Readonly<Record<string, unknown>>;

const fields = (op: AnyOp): Fields => op as unknown as Fields;

export function hasField(op: AnyOp, field: string): boolean {
  return Object.hasOwn(op, field);
}

/** Whether the operation has the field and is one without it as well. */
export function mayLeaveOut(op: AnyOp, field: string): boolean {
  return hasField(op, field) && !(needed[field]?.includes(op.op) ?? false);
}

export function numberIn(op: AnyOp, field: string): number | undefined {
  const value = fields(op)[field];
  return typeof value === 'number' ? value : undefined;
}

export function listIn(op: AnyOp, field: string): readonly unknown[] | undefined {
  const value = fields(op)[field];
  return Array.isArray(value) ? value : undefined;
}

export function withField(op: AnyOp, field: string, value: unknown): AnyOp {
  return { ...op, [field]: value };
}

export function withoutField(op: AnyOp, field: string): AnyOp {
  const rest = Object.entries(op).filter(([name]) => name !== field);
  return Object.fromEntries(rest) as unknown as AnyOp;
}

const bytes: ReadonlySet<string> = new Set(fieldsOf('address', 'length'));
const optional: ReadonlySet<string> = new Set(optionalFields);

/** How much there is to read in an operation: addresses and lengths in pages. */
export function magnitude(op: AnyOp, page: number): number {
  let sum = 0;
  for (const [field, value] of Object.entries(op)) {
    if (optional.has(field)) sum += 1;
    sum += magnitudeOf(field, value, page);
  }
  return sum;
}

function magnitudeOf(field: string, value: unknown, page: number): number {
  if (typeof value === 'number') return bytes.has(field) ? value / page : value;
  if (!Array.isArray(value)) return 0;
  return value.reduce<number>((n, member: unknown) => {
    if (typeof member === 'number') return n + 1 + member;
    return n + 1 + magnitude(member as AnyOp, page);
  }, 0);
}
