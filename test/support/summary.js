/** Ends the output with one plain line to read by machine: `N passed, N failed`. */
module.exports = class Summary {
  onRunComplete(_contexts, results) {
    // A file that does not even load has no failed test, and must not look like a success.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
    // Jest prints its own summary after every other reporter.
    process.once('exit', () => process.stdout.write(`${line}\n`));
  }
};
