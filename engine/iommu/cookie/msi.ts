// MSI doorbells behind an IOMMU: iommu_dma_prepare_msi and the mapping algorithm of spec/cookies.md
// §11. The page list is guarded by group->mutex (since 6.14).

import { ENOMEM, EOPNOTSUPP } from '../../errno.ts';
import { listAdd, type Steps } from '../../runtime/index.ts';
import type { U64 } from '../../vfio/vocabulary.ts';
import type { IommuDomain } from '../core/domain.ts';
import { prot } from '../core/leaf.ts';
import type { Device } from '../core/objects.ts';
import type { IommuKernel } from '../kernel.ts';
import { IovaCookie, type MsiCookie, type MsiDesc, MsiPage } from './objects.ts';

const msiProt = prot.write | prot.noexec | prot.mmio;

export class MsiSteps {
  /** By the irqchip, when an interrupt of the device is set up; leaves the IOVA in the descriptor. */
  *iommuDmaPrepareMsi(this: IommuKernel, device: Device, address: U64): Steps<number> {
    yield device.group.readOnce;
    const group = device.group.value;
    if (group === null) return 0;
    yield group.mutex.lock;
    yield group.domain.read;
    const domain = group.domain.value;
    let ret = 0;
    if (domain !== null && domain.type !== 'identity')
      ret = yield* this.iommuSwMsi(domain, device, address);
    yield group.mutex.unlock;
    return ret;
  }

  /** Which sw_msi the domain's tag says. */
  *iommuSwMsi(this: IommuKernel, domain: IommuDomain, device: Device, address: U64): Steps<number> {
    yield domain.cookieType.readOnce;
    const tag = domain.cookieType.value;
    switch (tag) {
      case 'dmaMsi':
      case 'dmaIova':
        return yield* this.iommuDmaSwMsi(domain, device, address);
      case 'iommufd':
        return yield* this.iommufdSwMsi(domain, device, address);
      case 'none':
      case 'faultHandler':
      case 'sva':
        return EOPNOTSUPP;
      default:
        throw new Error(`no cookie type ${String(tag satisfies never)}`);
    }
  }

  /** iommu_dma_sw_msi. */
  *iommuDmaSwMsi(
    this: IommuKernel,
    domain: IommuDomain,
    device: Device,
    address: U64,
  ): Steps<number> {
    yield domain.cookieType.readOnce;
    const cookie =
      domain.cookieType.value === 'dmaMsi'
        ? yield* this.msiCookieOf(domain)
        : yield* this.iovaCookieOf(domain);
    const granule = yield* this.cookieMsiGranule(cookie);
    const page = yield* this.msiPageLocked(domain, cookie, granule, address);
    return yield* this.msiDescSetPage(device, page, granule);
  }

  /** The lock is the cookie's: groups of one domain share its list. */
  *msiPageLocked(
    this: IommuKernel,
    domain: IommuDomain,
    cookie: IovaCookie | MsiCookie,
    granule: number,
    address: U64,
  ): Steps<MsiPage | null> {
    yield cookie.msiLock.lock;
    const page = yield* this.iommuDmaGetMsiPage(domain, cookie, granule, address);
    yield cookie.msiLock.unlock;
    return page;
  }

  /** What the device's descriptor keeps of the page. */
  *msiDescSetPage(
    this: IommuKernel,
    device: Device,
    page: MsiPage | null,
    granule: number,
  ): Steps<number> {
    if (page === null) return ENOMEM;
    const desc = this.world.cookies.desc(device);
    yield* this.msiDescSetIommuMsiIova(desc, page.iova, Math.log2(granule));
    return 0;
  }

  *cookieMsiGranule(this: IommuKernel, cookie: IovaCookie | MsiCookie): Steps<number> {
    if (!(cookie instanceof IovaCookie)) return 2 ** this.world.geometry.pageShift;
    yield cookie.granule.readOnce;
    return cookie.granule.value;
  }

  /** iommu_dma_get_msi_page: the page of the list for this doorbell, or a new one. */
  *iommuDmaGetMsiPage(
    this: IommuKernel,
    domain: IommuDomain,
    cookie: IovaCookie | MsiCookie,
    granule: number,
    address: U64,
  ): Steps<MsiPage | null> {
    if (granule === 0) return null;
    const phys = address - (address % granule);
    const known = yield* this.msiPageFind(cookie, phys);
    if (known !== null) return known;
    if (yield* this.world.refuses('kzalloc')) return null;
    const iova = yield* this.msiAllocIova(domain, cookie, granule);
    if (iova === 0) return null;
    const ret = yield* this.iommuMap(domain, iova, phys, granule, msiProt);
    if (ret !== 0) {
      yield* this.msiFreeIova(domain, cookie, iova, granule);
      return null;
    }
    yield this.world.env.local;
    const page = this.world.heap.create(MsiPage, phys, iova);
    yield* listAdd(cookie.msiPages, page);
    return page;
  }

  *msiPageFind(
    this: IommuKernel,
    cookie: IovaCookie | MsiCookie,
    phys: U64,
  ): Steps<MsiPage | null> {
    yield cookie.msiPages.read;
    let page = cookie.msiPages.value;
    while (page !== null && page.phys !== phys) {
      yield page.next.read;
      page = page.next.value as MsiPage | null;
    }
    return page;
  }

  /** iommu_dma_alloc_iova for a doorbell: an MSI cookie's pointer only goes up. */
  *msiAllocIova(
    this: IommuKernel,
    domain: IommuDomain,
    cookie: IovaCookie | MsiCookie,
    granule: number,
  ): Steps<U64> {
    if (cookie instanceof IovaCookie) return yield* this.iommuDmaAllocIova(domain, granule);
    yield cookie.msiIova.read;
    const iova = cookie.msiIova.value;
    yield cookie.msiIova.write;
    cookie.msiIova.value = iova + granule;
    return iova;
  }

  /** Only the IOVA that was handed out last can be given back to an MSI cookie. */
  *msiFreeIova(
    this: IommuKernel,
    domain: IommuDomain,
    cookie: IovaCookie | MsiCookie,
    iova: U64,
    granule: number,
  ): Steps {
    if (cookie instanceof IovaCookie) {
      yield* this.iommuDmaFreeIova(domain, iova, granule, false);
      return;
    }
    yield cookie.msiIova.read;
    const now = cookie.msiIova.value;
    yield cookie.msiIova.write;
    cookie.msiIova.value = now - granule;
  }

  *msiDescSetIommuMsiIova(this: IommuKernel, desc: MsiDesc, iova: U64, shift: number): Steps {
    yield desc.iova.writeOnce;
    desc.iova.value = iova;
    yield desc.shift.writeOnce;
    desc.shift.value = shift;
  }

  /** msi_msg_set_addr: the high bits of the IOVA, the low ones of the doorbell. */
  *msiMsgSetAddr(this: IommuKernel, desc: MsiDesc, address: U64): Steps<U64> {
    yield desc.shift.readOnce;
    const shift = desc.shift.value;
    if (shift === 0) return address;
    yield desc.iova.readOnce;
    return desc.iova.value + (address % 2 ** shift);
  }
}
