// Vitest reporter that writes the counts of a run to the file named by ARCFLEET_TEST_COUNTS; run.mjs prints them last.
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, skippedTests: [] };
    for (const module of modules) {
      // A file that could not be loaded has no tests to fail.
      if (module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed += 1;
        else if (state === 'skipped') {
          counts.skipped += 1;
          counts.skippedTests.push(`${module.relativeModuleId} > ${test.fullName}`);
        } else counts.failed += 1;
      }
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) counts.failed += 1;
    }
    const file = process.env.ARCFLEET_TEST_COUNTS;
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}
