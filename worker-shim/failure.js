/**
 * The answer of a request that the module can not answer itself any more. Same shape as the module's own errors.
 * @param {'failed' | 'unavailable' | 'again'} [outcome]
 */
export function failure(outcome = 'failed') {
  const retryable = outcome !== 'failed';
  const body = {
    error: retryable ? 'The service is busy. Please try again.' : 'Something went wrong on our side.',
    code: retryable ? 'unavailable' : 'internal_error',
    requestId: crypto.randomUUID(),
  };
  const headers = {
    'cache-control': 'no-store',
    'x-request-id': body.requestId,
    ...(retryable && { 'retry-after': '1' }),
  };
  return Response.json(body, { status: retryable ? 503 : 500, headers });
}
