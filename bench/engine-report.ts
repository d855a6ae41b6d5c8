import { formatBytes, textTable } from '../tools/lib/table.ts';
import type { EngineReport } from './engine.ts';
import { plannerRows } from './planner.ts';

const MB = 1_000_000;
const seconds = (value: number): string => `${value.toFixed(2)} s`;
const milliseconds = (value: number): string => `${Math.round(value)} ms`;
const verdict = (reached: boolean, goal: string): string => `${reached ? 'reached' : 'MISSED'}: ${goal}`;

/** The measures beside their goals and the machine's own limits, for people. */
export function describeEngine(report: EngineReport): string {
  const { limits, firstSync, restart, rest, latency, tree } = report;
  const walks = (value: number): string => `${(value / limits.walkSeconds).toFixed(1)} x walk`;
  const copies = (value: number): string => `${(value / limits.copySeconds).toFixed(1)} x cp -r`;
  const memory = ({ nowBytes, peakBytes }: { nowBytes: number; peakBytes: number }): string =>
    `${formatBytes(nowBytes)}, peak ${formatBytes(peakBytes)}`;
  const { unchanged, changed } = report.planner.store;
  const planned = [verdict(unchanged.seconds < 2, 'no change under 2 s'), verdict(changed.seconds < 3, '10 k changes under 3 s')];
  const rows: string[][] = [
    ...plannerRows(report.planner),
    ['planner: goals', '', planned.join('; ')],
    ['limit: readdir and lstat of the tree', seconds(limits.walkSeconds), ''],
    ['limit: cp -r of the tree', seconds(limits.copySeconds), ''],
    ['first look at the folder, from the start of the process', seconds(firstSync.scanSeconds), walks(firstSync.scanSeconds)],
    ['first sync: everything in the cloud', seconds(firstSync.upSeconds), copies(firstSync.upSeconds)],
    ['first sync: everything on the other device', seconds(firstSync.downSeconds), copies(firstSync.downSeconds)],
    ['memory after it, sending device', memory(firstSync.memory.a), ''],
    ['memory after it, receiving device', memory(firstSync.memory.b), ''],
    [
      'settled restart, until it says up to date',
      seconds(restart.seconds),
      `${verdict(restart.seconds < 5, 'under 5 s')}; ${walks(restart.seconds)}`,
    ],
    ['settled restart, transfers', String(restart.transfers), verdict(restart.transfers === 0, 'none')],
    ['settled restart, processor time', seconds(restart.cpuSeconds), ''],
    [
      `at rest for ${Math.round(rest.seconds)} s, written to disk`,
      formatBytes(rest.diskBytes),
      verdict(rest.diskBytes === 0 && rest.changedFiles.length === 0, 'nothing'),
    ],
    ['at rest, given to write(2), the long poll included', formatBytes(rest.writtenBytes), ''],
    ['at rest, own files that changed', rest.changedFiles.length === 0 ? 'none' : rest.changedFiles.join(' '), ''],
    ['at rest, processor', `${rest.cpuPercent.toFixed(2)} %`, verdict(rest.cpuPercent < 0.5, 'under 0.5 %')],
    ['at rest, memory after the restart', memory(rest.memory), `${(rest.memory.nowBytes / (100 * MB)).toFixed(1)} x the 100 MB aimed at`],
    [
      `a change until the cloud is asked (median of ${latency.changes})`,
      milliseconds(latency.requestedMs.median),
      `${verdict(latency.requestedMs.median < 1000, 'under 1 s')}; worst ${milliseconds(latency.requestedMs.worst)}`,
    ],
    [
      'a change until the other device has it (median)',
      milliseconds(latency.arrivedMs.median),
      `${verdict(latency.arrivedMs.median < 2000, 'under 2 s')}; worst ${milliseconds(latency.arrivedMs.worst)}`,
    ],
  ];
  const head = `${report.machine}, load ${report.loadBefore.toFixed(2)} before; ${tree.files} files, ${formatBytes(tree.bytes)}`;
  return `${head}\n\n${textTable(['What', 'Measured', ''], rows, [1])}`;
}
