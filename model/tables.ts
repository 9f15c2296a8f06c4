// The compiled tables of the four machines, made once, and the roots that objects start from.
import { compile } from './compile.ts';
import { containerAlphabet, type ContainerEvent } from './container-events.ts';
import { containerMachine } from './container.ts';
import { entryEvents, type EntryEvent, entryMachine } from './entry.ts';
import { type RegionEvent, regionEvents, regionMachine } from './region.ts';
import { windowAlphabet, type WindowEvent, windowEvents, windowMachine } from './window.ts';

export const regionTable = compile<RegionEvent>(regionMachine, Object.values(regionEvents));
export const entryTable = compile<EntryEvent>(entryMachine, Object.values(entryEvents));
export const windowTable = compile<WindowEvent>(windowMachine, windowAlphabet);
export const containerTable = compile<ContainerEvent>(containerMachine, containerAlphabet);

export const unregistered = regionTable.root();
export const clearEntry = entryTable.root();
export const mappedEntry = entryTable.step(clearEntry, entryEvents.map).node;
export const absentWindow = windowTable.root();
export const presentWindow = windowTable.step(absentWindow, windowEvents.adopt).node;
