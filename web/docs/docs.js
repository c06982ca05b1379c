/* global SwaggerUIBundle */
window.docs = SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  persistAuthorization: true,
  displayRequestDuration: true,
  filter: true,
  defaultModelsExpandDepth: 0,
  // The document is its own: nothing is sent to a validator elsewhere.
  validatorUrl: null,
  onComplete: () => {
    document.title = `${document.querySelector('.info .title')?.firstChild?.textContent ?? ''} API`.trim();
  },
});
