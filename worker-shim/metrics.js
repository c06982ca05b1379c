/**
 * What is measured where the deployment has bound a dataset of Analytics Engine: one data point an answer, with nothing
 * in it that says who asked. docs/peerloop.md tells how it is read.
 */

/** @typedef {import('./exchange.js').Exchange} Exchange */

/** Adds a round trip to the database. @param {Exchange} exchange @param {D1Result[]} results */
export function count({ measured }, results) {
  measured.roundTrips += 1;
  for (const { meta } of results) measured.rowsRead += meta.rows_read;
  for (const { meta } of results) measured.rowsWritten += meta.rows_written;
}

/** @param {Exchange} exchange @param {number} status */
export function record({ request, env, startedAt, measured }, status) {
  const { route, code, roundTrips, rowsRead, rowsWritten } = measured;
  env.METRICS.writeDataPoint({
    indexes: [route],
    blobs: [route, request.method, `${Math.floor(status / 100)}xx`, code, String(request.cf?.colo ?? '')],
    doubles: [Date.now() - startedAt, status, roundTrips, rowsRead, rowsWritten],
  });
}
