/** The least that a Worker can do: what a cold start costs before any program. */
export default { fetch: () => new Response('ok') };
