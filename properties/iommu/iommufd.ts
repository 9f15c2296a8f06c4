// Properties of iommufd: who judges them, and what is no property of its own.

import {
  EADDRINUSE,
  EBUSY,
  EDEADLK,
  EEXIST,
  EFAULT,
  EINVAL,
  ENODEV,
  ENOENT,
  ENOMEM,
  ENOSPC,
  EOPNOTSUPP,
  EOVERFLOW,
  EPERM,
  errnoName,
} from '../../engine/errno.ts';
import type { IommuWorld } from '../../engine/iommu/index.ts';
import type { IommuOp, IommuProgram } from '../../engine/iommu/vocabulary/index.ts';
import type { Outcome } from '../../engine/runtime/index.ts';
import { broken } from '../property.ts';
import { iommufdProperties as properties } from './iommufd/catalogue.ts';
import {
  checkAddresses,
  checkAnswered,
  checkAreas,
  checkAttached,
  checkFlags,
  checkPins,
  checkReserved,
  checkUsers,
} from './iommufd/checks.ts';
import { viewOf } from './iommufd/view.ts';
import type { Part, PartJudge, Uncheckable } from './part.ts';

/** What each operation may fail with: spec/iommu-core.md §6, spec/cookies.md §4. */
const errnos: Readonly<Record<string, readonly number[]>> = {
  ioas_alloc: [ENOMEM, EINVAL],
  ioas_map: [EFAULT, EINVAL, EOPNOTSUPP, EOVERFLOW, ENOENT, EEXIST, ENOSPC, EPERM, ENOMEM],
  ioas_unmap: [EFAULT, EINVAL, ENOENT, EOVERFLOW, EBUSY, EDEADLK, ENOMEM],
  ioas_copy: [EOVERFLOW, ENOENT, EINVAL, EEXIST, EPERM, ENOMEM, EFAULT],
  ioas_destroy: [ENOENT, EBUSY],
  hwpt_destroy: [ENOENT, EBUSY],
  hwpt_alloc: [EOPNOTSUPP, EINVAL, ENOENT, ENOMEM, EADDRINUSE, EFAULT],
  iommufd_bind: [EINVAL, ENODEV, ENOMEM, EPERM, EBUSY],
  iommufd_unbind: [EINVAL],
  iommufd_attach: [EINVAL, ENOENT, ENODEV, EBUSY, ENOMEM, EADDRINUSE, EFAULT],
  iommufd_detach: [EINVAL],
};

class IommufdJudge implements PartJudge {
  private readonly world: IommuWorld;
  /** Nobody else pins pages or charges locked_vm. */
  private readonly alone: boolean;

  constructor(world: IommuWorld, ops: readonly IommuOp[]) {
    this.world = world;
    this.alone = !ops.some(({ op }) => op.startsWith('vfio_') || op.startsWith('page_'));
  }

  onEnd(op: IommuOp, { ret }: Outcome): void {
    const allowed = errnos[op.op];
    if (ret === 0 || allowed === undefined || allowed.includes(ret)) return;
    throw broken(properties.errnos, `${op.op} ${ret}`, `${op.op} returns ${errnoName(ret)}`);
  }

  looks(): boolean {
    return false;
  }

  quiescent(): void {
    const { world } = this;
    const view = viewOf(world);
    checkFlags(view);
    checkAnswered(world, view);
    checkAddresses(world, view);
    checkAreas(world, view);
    checkAttached(view);
    checkReserved(view);
    checkUsers(world, view);
    if (this.alone) checkPins(world, view);
  }
}

export const iommufdPart: Part = {
  properties: Object.values(properties),
  judge(world: IommuWorld, program: IommuProgram): PartJudge {
    const ops = [...program.setup, ...program.tasks.flatMap((t) => t.ops)];
    const uses = ops.some(({ op }) => Object.hasOwn(errnos, op));
    return uses ? new IommufdJudge(world, ops) : {};
  },
};

/** Invariants that are no property of their own here: none. */
export const uncheckable: readonly Uncheckable[] = [];
