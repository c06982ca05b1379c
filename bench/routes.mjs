/**
 * A table as large as PeerLoop's, with its paths: method, path, who may call. One row a line, so that
 * bench/isthmus/CMakeLists.txt can read the same list.
 */
const list = `
POST /api/auth/signup anyone
POST /api/auth/login anyone
POST /api/auth/logout user
POST /api/auth/refresh anyone
POST /api/auth/verify-email anyone
POST /api/auth/resend-verification user
POST /api/auth/reset-password anyone
POST /api/auth/reset-password/confirm anyone
GET /api/auth/me user
GET /api/auth/sessions user
DELETE /api/auth/sessions/:id user
GET /api/users/:id anyone
PATCH /api/users/:id user
PUT /api/users/:id/avatar user
GET /api/users/:id/avatar anyone
PUT /api/users/:id/password user
POST /api/users/:id/follow user
DELETE /api/users/:id/follow user
GET /api/users/:id/followers anyone
GET /api/users/:id/following anyone
GET /api/users/:id/export user
DELETE /api/users/:id user
GET /api/users/:id/certificates anyone
GET /api/users/:id/reviews anyone
POST /api/users/:id/block user
DELETE /api/users/:id/block user
POST /api/users/:id/report user
GET /api/categories anyone
GET /api/creators anyone
GET /api/student-teachers anyone
GET /api/student-teachers/:id anyone
GET /api/student-teachers/:id/slots anyone
GET /api/courses anyone
GET /api/courses/:id anyone
POST /api/courses user
PATCH /api/courses/:id user
DELETE /api/courses/:id user
POST /api/courses/:id/publish user
POST /api/courses/:id/archive user
PUT /api/courses/:id/thumbnail user
GET /api/courses/:id/thumbnail anyone
POST /api/courses/:id/materials user
GET /api/courses/:id/materials user
GET /api/courses/:id/materials/:materialId user
DELETE /api/courses/:id/materials/:materialId user
GET /api/courses/:id/modules anyone
POST /api/courses/:id/modules user
PATCH /api/courses/:id/modules/:moduleId user
DELETE /api/courses/:id/modules/:moduleId user
POST /api/courses/:id/modules/:moduleId/lessons user
GET /api/courses/:id/modules/:moduleId/lessons/:lessonId user
PATCH /api/courses/:id/modules/:moduleId/lessons/:lessonId user
DELETE /api/courses/:id/modules/:moduleId/lessons/:lessonId user
GET /api/courses/:id/reviews anyone
POST /api/courses/:id/reviews user
GET /api/courses/:id/students user
GET /api/courses/:id/student-teachers anyone
POST /api/courses/:id/enroll user
POST /api/courses/:id/teach user
POST /api/courses/:id/teachers/:userId/approve user
POST /api/courses/:id/teachers/:userId/decline user
DELETE /api/courses/:id/teachers/:userId user
GET /api/enrollments user
GET /api/enrollments/:id user
GET /api/enrollments/:id/progress user
POST /api/enrollments/:id/progress user
POST /api/enrollments/:id/refund user
POST /api/enrollments/:id/recommend user
POST /api/enrollments/:id/certify user
POST /api/enrollments/:id/cancel user
GET /api/certificates user
GET /api/certificates/:id anyone
GET /api/certificates/:id/image anyone
GET /api/availability user
PUT /api/availability user
GET /api/availability/exceptions user
POST /api/availability/exceptions user
DELETE /api/availability/exceptions/:id user
GET /api/sessions user
POST /api/sessions user
GET /api/sessions/:id user
POST /api/sessions/:id/cancel user
POST /api/sessions/:id/reschedule user
POST /api/sessions/:id/review user
POST /api/sessions/:id/join user
GET /api/sessions/:id/calendar.ics user
GET /api/sessions/:id/recording user
GET /api/sessions/:id/attendance user
GET /api/sessions/:id/notes user
PUT /api/sessions/:id/notes user
GET /api/calendar.ics anyone
POST /api/video/room user
GET /api/video/room/:id/status user
POST /api/video/token user
POST /api/video/join user
POST /api/stream/token user
GET /api/feeds/course/:id user
POST /api/feeds/course/:id user
GET /api/feeds/instructor/:id user
GET /api/feeds/timeline user
GET /api/feeds/posts/:id user
DELETE /api/feeds/posts/:id user
POST /api/feeds/posts/:id/flag user
POST /api/feeds/posts/:id/like user
DELETE /api/feeds/posts/:id/like user
GET /api/feeds/posts/:id/comments user
POST /api/feeds/posts/:id/comments user
DELETE /api/feeds/posts/:id/comments/:commentId user
GET /api/conversations user
POST /api/conversations user
GET /api/conversations/:id user
GET /api/conversations/:id/messages user
POST /api/conversations/:id/messages user
POST /api/conversations/:id/read user
GET /api/notifications user
POST /api/notifications/read user
GET /api/notifications/settings user
PUT /api/notifications/settings user
GET /api/earnings user
GET /api/earnings/splits user
GET /api/payouts user
GET /api/payouts/:id user
POST /api/payments/connect/onboard user
GET /api/payments/connect/status user
GET /api/payments/receipts/:id user
POST /api/webhooks/stripe anyone
POST /api/webhooks/plugnmeet anyone
POST /api/webhooks/resend anyone
POST /api/webhooks/stream anyone
GET /api/admin/users user
GET /api/admin/users/:id user
PATCH /api/admin/users/:id user
GET /api/admin/payouts user
POST /api/admin/payouts user
POST /api/admin/refunds user
GET /api/admin/analytics user
GET /api/admin/audit user
GET /api/admin/outbox user
POST /api/admin/outbox/:id/retry user
GET /api/admin/webhooks user
POST /api/admin/webhooks/:id/replay user
GET /api/admin/courses user
PATCH /api/admin/courses/:id user
GET /api/moderation/flags user
GET /api/moderation/flags/:id user
POST /api/moderation/flags/:id/resolve user
GET /api/search anyone
GET /api/health anyone
GET /api/version anyone
GET /api/openapi.json anyone
`;

/** @type {{method: string, path: string, access: string}[]} */
const rows = list
  .trim()
  .split('\n')
  .map((line) => {
    const [method, path, access] = line.split(' ');
    return { method, path, access };
  });

/**
 * The first `count` rows; a longer table repeats the list under /v2, /v3 and so on.
 * @param {number} count
 */
export function routeTable(count) {
  return Array.from({ length: count }, (_, i) => {
    const { path, ...row } = rows[i % rows.length];
    const version = Math.floor(i / rows.length);
    return { ...row, path: version === 0 ? path : `/v${version + 1}${path}` };
  });
}
