import type { Reporter, TestModule } from 'vitest/node';
import type {} from './conformance.spec.js';

/** Prints how many steps of each section were played, and how many were as expected. */
export default class SectionTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const sections = new Map<string, { steps: number; passed: number }>();
    const failures: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { conformance } = test.meta();
        const { state, errors = [] } = test.result();
        if (state === 'failed') failures.push(`${test.fullName}: ${errors.map(({ message }) => message).join('\n')}`);
        if (conformance === undefined) continue;
        const row = sections.get(conformance.section) ?? { steps: 0, passed: 0 };
        row.steps += conformance.steps;
        row.passed += conformance.passed;
        sections.set(conformance.section, row);
      }
      for (const { message } of module.errors()) failures.push(message);
    }
    for (const failure of failures) console.log(`${failure}\n`);
    const inOrder = [...sections].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
    const rows = inOrder.map(([section, { steps, passed }]) => [section, `${steps}`, `${passed}`] as const);
    const total = [...sections.values()].reduce((sum, { steps }) => sum + steps, 0);
    const passed = [...sections.values()].reduce((sum, row) => sum + row.passed, 0);
    const all = [['Section', 'Steps', 'Passed'] as const, ...rows, ['Total', `${total}`, `${passed}`] as const];
    const width = Math.max(...all.map(([section]) => section.length));
    const lines = all.map(
      ([section, steps, good]) => `${section.padEnd(width)}  ${steps.padStart(6)}  ${good.padStart(6)}`,
    );
    const rule = '-'.repeat(width + 16);
    console.log([lines[0], rule, ...lines.slice(1, -1), rule, lines.at(-1)].join('\n'));
  }
}
