// Who and what the demo marketplace holds. Plain content; peerloop-demo.mjs turns it into rows.

/** @typedef {'student' | 'creator' | 'studentTeacher' | 'moderator' | 'admin'} Role */

/**
 * @typedef {object} Person
 * @property {string} handle also the local part of the demo address
 * @property {string} name
 * @property {Role[]} roles
 * @property {string} about for the list of accounts
 * @property {string} bio
 * @property {string} timezone
 * @property {string[]} expertise
 * @property {string[]} follows handles
 */

/** @type {(handle: string, name: string, roles: Role[], about: string, timezone: string, bio: string, expertise?: string[], follows?: string[]) => Person} */
const person = (handle, name, roles, about, timezone, bio, expertise = [], follows = []) => ({
  handle,
  name,
  roles,
  about,
  timezone,
  bio,
  expertise,
  follows,
});

/** Those worth signing in as come first. */
export const people = [
  person(
    'ada',
    'Ada Brightwater',
    ['student'],
    'a student: one course under way',
    'Europe/London',
    'Back-office analyst who would rather automate the spreadsheet than fill it in.',
    [],
    ['mara', 'tomas', 'kofi'],
  ),
  person(
    'mara',
    'Mara Lindqvist',
    ['creator', 'student'],
    'a creator: three courses, earnings',
    'Europe/Stockholm',
    'Fifteen years of building data teams. I teach the parts of analysis that decide whether anyone acts on it.',
    ['Python', 'SQL', 'Statistics'],
    ['noor'],
  ),
  person(
    'kofi',
    'Kofi Asante-Reyes',
    ['student', 'studentTeacher'],
    'a student-teacher of two courses, earnings',
    'Africa/Accra',
    'Finished Mara’s course, changed careers, and now teach it on weekday evenings.',
    ['Python', 'Data cleaning'],
    ['mara', 'lena'],
  ),
  person('root', 'Rosalind Otieno', ['admin'], 'the admin', 'Africa/Nairobi', 'Keeps the lights on at PeerLoop.'),
  person(
    'mod',
    'Milo Haverkamp',
    ['moderator', 'student'],
    'the moderator',
    'Europe/Amsterdam',
    'Reads what others flag, so that you need not.',
  ),

  person(
    'tomas',
    'Tomás Iriarte',
    ['creator'],
    'a creator',
    'America/Montevideo',
    'Backend engineer. I have been paged for most of the mistakes that I teach you to avoid.',
    ['Go', 'PostgreSQL', 'Distributed systems'],
    ['mara'],
  ),
  person(
    'noor',
    'Noor El-Khatib',
    ['creator'],
    'a creator',
    'Asia/Amman',
    'Product designer for hospitals and banks, where a confusing screen has a price.',
    ['Interface design', 'User research'],
    ['mara', 'yuki'],
  ),
  person(
    'yuki',
    'Yuki Tanabe',
    ['creator'],
    'a creator',
    'Asia/Tokyo',
    'Illustrator and letterer. Paper first, tablet second.',
    ['Drawing', 'Lettering', 'Colour'],
    ['noor'],
  ),
  person(
    'lena',
    'Lena Okonkwo-Baum',
    ['creator'],
    'a creator',
    'Europe/Berlin',
    'Founder twice, bookkeeper by necessity. I like companies that can pay their bills.',
    ['Finance', 'Pricing', 'Negotiation'],
    ['tomas'],
  ),
  person(
    'pavel',
    'Pavel Drobny',
    ['creator'],
    'a creator',
    'Europe/Prague',
    'Pianist, arranger, patient teacher of adults who were told it is too late.',
    ['Piano', 'Harmony', 'Ear training'],
    ['yuki'],
  ),

  person(
    'ines',
    'Inês Carvalho',
    ['student', 'studentTeacher'],
    'a student-teacher',
    'Europe/Lisbon',
    'Geographer turned data analyst. Good with nervous beginners.',
    ['SQL', 'Maps'],
    ['mara'],
  ),
  person(
    'dmitri',
    'Dmitri Valk',
    ['student', 'studentTeacher'],
    'a student-teacher',
    'Europe/Tallinn',
    'Writes Go by day and explains it by night.',
    ['Go', 'Testing'],
    ['tomas'],
  ),
  person(
    'priya',
    'Priya Raman',
    ['student', 'studentTeacher'],
    'a student-teacher',
    'Asia/Kolkata',
    'Database administrator who enjoys a query plan more than is reasonable.',
    ['PostgreSQL', 'SQL'],
    ['tomas', 'mara'],
  ),
  person(
    'sofia',
    'Sofia Marchetti',
    ['student', 'studentTeacher'],
    'a student-teacher',
    'Europe/Rome',
    'Service designer. I sit in on real interviews with you.',
    ['User research', 'Workshops'],
    ['noor'],
  ),
  person(
    'jun',
    'Jun Hartono',
    ['student', 'studentTeacher'],
    'a student-teacher',
    'Asia/Jakarta',
    'Sketches commuters. Teaches people who “can’t draw”.',
    ['Drawing'],
    ['yuki', 'noor'],
  ),
  person(
    'amara',
    'Amara Nwosu',
    ['student', 'studentTeacher'],
    'a student-teacher',
    'Africa/Lagos',
    'Runs a small bakery chain on a cash forecast that she built in the course.',
    ['Cash flow', 'Pricing'],
    ['lena'],
  ),
  person(
    'elias',
    'Elias Brandvold',
    ['student', 'studentTeacher'],
    'a student-teacher',
    'Europe/Oslo',
    'Plays in two bands, reads chord charts upside down.',
    ['Piano', 'Improvisation'],
    ['pavel'],
  ),

  person(
    'grace',
    'Grace Whitfield',
    ['student'],
    'a student',
    'America/New_York',
    'Nurse, learning to make sense of ward statistics.',
    [],
    ['mara', 'kofi'],
  ),
  person(
    'hugo',
    'Hugo Lemaire',
    ['student'],
    'a student',
    'Europe/Paris',
    'Front-end developer who wants to know what happens behind the API.',
    [],
    ['tomas', 'dmitri'],
  ),
  person(
    'zainab',
    'Zainab Yusuf',
    ['student'],
    'a student',
    'Africa/Lagos',
    'Opens a studio next spring.',
    [],
    ['lena', 'amara'],
  ),
  person(
    'oskar',
    'Oskar Nyman',
    ['student'],
    'a student',
    'Europe/Helsinki',
    'Retired surveyor. The piano has waited long enough.',
    [],
    ['pavel'],
  ),
  person(
    'mei',
    'Mei Castellano',
    ['student'],
    'a student',
    'America/Los_Angeles',
    'Product manager, tired of guessing.',
    [],
    ['noor', 'sofia'],
  ),
  person(
    'tariq',
    'Tariq Benali',
    ['student'],
    'a student',
    'Africa/Casablanca',
    'Studies economics, likes charts that tell the truth.',
    [],
    ['mara', 'ines'],
  ),
  person(
    'ruth',
    'Ruth Abernathy',
    ['student'],
    'a student',
    'America/Chicago',
    'Teacher on sabbatical with a sketchbook.',
    [],
    ['yuki', 'jun'],
  ),
  person(
    'leo',
    'Leo Fontaine',
    ['student'],
    'a student',
    'America/Toronto',
    'Site reliability engineer in the making.',
    [],
    ['tomas'],
  ),
  person(
    'hana',
    'Hana Kovář',
    ['student'],
    'a student',
    'Europe/Prague',
    'Translator who writes long e-mails and wants them shorter.',
    [],
    ['lena'],
  ),
];

export const categories = [
  { slug: 'data', name: 'Data and analysis', description: 'From a messy file to a decision.' },
  { slug: 'programming', name: 'Programming', description: 'Services, tools and the craft of changing them safely.' },
  { slug: 'databases', name: 'Databases', description: 'Modelling, querying and keeping what matters.' },
  { slug: 'design', name: 'Product design', description: 'Research, interfaces and the words on them.' },
  { slug: 'drawing', name: 'Drawing and illustration', description: 'Seeing first, then the hand.' },
  { slug: 'business', name: 'Business and finance', description: 'Money, prices and plans that survive a bad month.' },
  { slug: 'music', name: 'Music', description: 'Playing, hearing and writing it.' },
  { slug: 'writing', name: 'Writing', description: 'Saying it once, clearly.' },
  { slug: 'languages', name: 'Languages', description: 'Speaking with people rather than with flash cards.' },
];

/**
 * @typedef {object} Course
 * @property {string} slug
 * @property {string} creator
 * @property {string} category
 * @property {string} title
 * @property {'beginner' | 'intermediate' | 'advanced'} level
 * @property {number} priceCents
 * @property {string} description
 * @property {string[]} objectives
 * @property {{title: string, lessons: string[]}[]} modules
 * @property {string[]} teachers approved student-teachers
 * @property {number[]} ratings stars
 * @property {boolean} [draft]
 */

/** @type {Course[]} */
export const courses = [
  {
    slug: 'python-for-data-work',
    creator: 'mara',
    category: 'data',
    level: 'beginner',
    priceCents: 45_000,
    title: 'Python for Data Work',
    description:
      'You have a folder of exports and a question from your manager. In eight one-to-one sessions you learn enough Python to answer it twice: once today, and again next month by pressing a key. We work on your own files from the second session on; bring the ugliest ones.',
    objectives: [
      'Read CSV and spreadsheet files and find what is wrong with them',
      'Clean, join and summarise tables with pandas',
      'Draw a chart that answers one question',
      'Turn a notebook into a script that a colleague can run',
    ],
    modules: [
      {
        title: 'Getting hold of the data',
        lessons: [
          'A working set-up in one sitting',
          'Reading files that fight back',
          'Types, dates and missing values',
        ],
      },
      {
        title: 'Asking questions',
        lessons: ['Filtering and grouping', 'Joining two sources', 'Checking a number before you send it'],
      },
      { title: 'Handing it over', lessons: ['One chart, one message', 'From notebook to script'] },
    ],
    teachers: ['kofi', 'ines'],
    ratings: [5, 5, 4, 5, 5, 4, 5],
  },
  {
    slug: 'statistics-you-will-use',
    creator: 'mara',
    category: 'data',
    level: 'intermediate',
    priceCents: 52_000,
    title: 'Statistics You Will Actually Use',
    description:
      'Confidence intervals, experiments and regression, taught with decisions instead of proofs. Every session starts from a claim in a real report and ends with how sure you are allowed to be. No mathematics beyond school level, no hand-waving either.',
    objectives: [
      'Tell signal from noise in small samples',
      'Design an experiment and say beforehand what would change your mind',
      'Read a regression table without fear',
      'Explain uncertainty to people who want a yes or no',
    ],
    modules: [
      { title: 'Variation', lessons: ['Why averages mislead', 'Sampling and luck', 'Intervals instead of points'] },
      { title: 'Experiments', lessons: ['What to measure', 'How many is enough', 'When to stop'] },
      {
        title: 'Relationships',
        lessons: ['Correlation with care', 'Reading a regression', 'The report that people believe'],
      },
    ],
    teachers: ['kofi'],
    ratings: [5, 4, 5],
  },
  {
    slug: 'sql-from-first-query-to-report',
    creator: 'mara',
    category: 'databases',
    level: 'beginner',
    priceCents: 39_000,
    title: 'SQL: From First Query to Monthly Report',
    description:
      'For everyone who waits two days for a number that is sitting in a table. We begin with a single SELECT and finish with a report that you own. Exercises run on a copy of a small shop’s database with all its historical accidents.',
    objectives: [
      'Write queries that say what you mean',
      'Combine tables without losing or doubling rows',
      'Use window functions for running totals and ranks',
      'Check a result against the business, not only the syntax',
    ],
    modules: [
      { title: 'One table', lessons: ['Rows, columns and NULL', 'Filtering and sorting', 'Counting things properly'] },
      { title: 'Several tables', lessons: ['Joins by drawing them', 'Subqueries and common table expressions'] },
      { title: 'The report', lessons: ['Window functions', 'Naming, commenting, handing over'] },
    ],
    teachers: ['ines', 'priya'],
    ratings: [5, 5, 4, 4, 5],
  },
  {
    slug: 'go-services-that-stay-up',
    creator: 'tomas',
    category: 'programming',
    level: 'intermediate',
    priceCents: 60_000,
    title: 'Go Services That Stay Up',
    description:
      'You can write Go; now write the kind that lets you sleep. Timeouts, retries, back-pressure, graceful shutdown and the logs you will wish you had. We break a small service in a different way each week and repair it together.',
    objectives: [
      'Set deadlines and carry them through every call',
      'Make retries safe with idempotent operations',
      'Find a leak with the profiler',
      'Write logs and metrics that answer questions at three in the morning',
    ],
    modules: [
      { title: 'Under load', lessons: ['Contexts and deadlines', 'Queues and back-pressure', 'Pools and limits'] },
      {
        title: 'When others fail',
        lessons: ['Retries that do no harm', 'Circuit breakers, and when not to', 'Partial answers'],
      },
      { title: 'Seeing inside', lessons: ['Structured logs', 'Profiles and traces', 'A drill: the slow Tuesday'] },
    ],
    teachers: ['dmitri'],
    ratings: [5, 5, 5, 4],
  },
  {
    slug: 'postgres-performance-clinic',
    creator: 'tomas',
    category: 'databases',
    level: 'advanced',
    priceCents: 75_000,
    title: 'PostgreSQL Performance Clinic',
    description:
      'Bring a slow query and its plan. We read it line by line until it confesses, then change the index, the statement or the schema, in that order. Between sessions you measure; at the end you own a checklist that works on the next one.',
    objectives: [
      'Read an execution plan from the inside out',
      'Choose indexes by the question they answer',
      'Spot lock contention before the users do',
      'Plan a migration that never blocks writers for long',
    ],
    modules: [
      { title: 'Plans', lessons: ['Reading EXPLAIN', 'Estimates gone wrong', 'Joins and memory'] },
      {
        title: 'Indexes',
        lessons: ['Order, prefix, coverage', 'Partial and expression indexes', 'What an index costs'],
      },
      { title: 'Living with traffic', lessons: ['Locks', 'Vacuum without fear', 'Migrations under load'] },
    ],
    teachers: ['priya'],
    ratings: [5, 5],
  },
  {
    slug: 'testing-without-tears',
    creator: 'tomas',
    category: 'programming',
    level: 'beginner',
    priceCents: 33_000,
    title: 'Testing Without Tears',
    description:
      'A short course for developers who know that they should. What to test first in a code base that has nothing, how to keep tests quick and honest, and when to delete one. Any language; examples in Go and JavaScript.',
    objectives: [
      'Choose the next test by the risk it removes',
      'Write tests that read as sentences',
      'Control time, randomness and the network',
      'Recognise a test that only repeats the code',
    ],
    modules: [
      { title: 'The first test', lessons: ['Where it hurts', 'Arrange, act, assert, and no more'] },
      {
        title: 'Keeping them honest',
        lessons: ['Fakes and simulators', 'Flaky tests and their causes', 'Deleting tests'],
      },
    ],
    teachers: ['dmitri'],
    ratings: [4, 5, 4],
  },
  {
    slug: 'user-interviews-that-tell-the-truth',
    creator: 'noor',
    category: 'design',
    level: 'beginner',
    priceCents: 42_000,
    title: 'User Interviews That Tell the Truth',
    description:
      'People are kind, and kindness ruins research. Learn to ask about what happened instead of what might, to sit through a silence, and to write up five conversations so that a team changes its plan. You lead three real interviews during the course.',
    objectives: [
      'Recruit the people who will disagree with you',
      'Ask questions that do not contain their answer',
      'Take notes that survive a sceptical reader',
      'Turn findings into a decision',
    ],
    modules: [
      { title: 'Before', lessons: ['What do we need to decide?', 'Finding people', 'Writing a guide'] },
      { title: 'During', lessons: ['The first five minutes', 'Silence and follow-up'] },
      { title: 'After', lessons: ['From notes to findings', 'Presenting what hurts'] },
    ],
    teachers: ['sofia'],
    ratings: [5, 5, 5, 5, 4],
  },
  {
    slug: 'interface-design-for-dense-data',
    creator: 'noor',
    category: 'design',
    level: 'advanced',
    priceCents: 68_000,
    title: 'Interface Design for Dense Data',
    description:
      'Tables, timelines and dashboards for people who look at them all day. We take one crowded screen of yours and rework it over ten sessions: hierarchy, density, keyboard, error states, printing. Less decoration, more use.',
    objectives: [
      'Establish hierarchy without adding colour',
      'Design tables for scanning and for editing',
      'Write messages that say what to do next',
      'Test a dense screen with experts',
    ],
    modules: [
      { title: 'Order', lessons: ['What is looked at first', 'Grids and density', 'Type for numbers'] },
      { title: 'Work', lessons: ['Editing in place', 'Keyboard paths', 'Errors and undo'] },
      { title: 'Proof', lessons: ['Watching experts', 'The second version'] },
    ],
    teachers: ['sofia'],
    ratings: [4, 5],
  },
  {
    slug: 'drawing-from-observation',
    creator: 'yuki',
    category: 'drawing',
    level: 'beginner',
    priceCents: 28_000,
    title: 'Drawing from Observation',
    description:
      'Six weeks of looking. We begin with a pencil and a kitchen chair and finish with a street corner in ink. Each session is spent drawing together on camera, with corrections while your hand is still moving. Nobody is too old, no talent required.',
    objectives: [
      'Measure by eye and by thumb',
      'Draw what is there instead of what you know',
      'Use line weight to say near and far',
      'Keep a sketchbook that you open again',
    ],
    modules: [
      { title: 'Looking', lessons: ['Contour without looking down', 'Negative space', 'Measuring'] },
      { title: 'Building', lessons: ['Boxes and cylinders', 'Light on simple forms'] },
      { title: 'Outside', lessons: ['People who will not sit still', 'A street corner in ink'] },
    ],
    teachers: ['jun'],
    ratings: [5, 4, 5, 5],
  },
  {
    slug: 'cash-flow-for-small-companies',
    creator: 'lena',
    category: 'business',
    level: 'beginner',
    priceCents: 45_000,
    title: 'Cash Flow for Small Companies',
    description:
      'Profit is an opinion, cash is Thursday. Build a thirteen-week forecast for your own company, learn which lever moves it, and practise the phone call to a customer who pays late. One spreadsheet, no jargon.',
    objectives: [
      'Build and maintain a thirteen-week cash forecast',
      'Tell profit from cash on your own numbers',
      'Set payment terms and have them kept',
      'Decide what to stop when money is short',
    ],
    modules: [
      {
        title: 'The forecast',
        lessons: ['What comes in, and when', 'What goes out, and why', 'The first thirteen weeks'],
      },
      { title: 'The levers', lessons: ['Terms and deposits', 'Stock and suppliers', 'Talking to the bank'] },
      { title: 'The habit', lessons: ['Twenty minutes every Monday'] },
    ],
    teachers: ['amara'],
    ratings: [5, 5, 4, 5],
  },
  {
    slug: 'pricing-your-own-work',
    creator: 'lena',
    category: 'business',
    level: 'intermediate',
    priceCents: 36_000,
    title: 'Pricing Your Own Work',
    description:
      'For freelancers and studios who suspect that they are too cheap and fear to find out. Costs, value, packages and the sentence after you have named the price. We rehearse that one until it stops feeling strange.',
    objectives: [
      'Know the price below which you lose money',
      'Package work so that customers compare you with yourself',
      'Write a proposal of two pages',
      'Negotiate without discounting',
    ],
    modules: [
      { title: 'The floor', lessons: ['Your real hourly cost', 'Utilisation, honestly'] },
      { title: 'The offer', lessons: ['Three packages', 'A two-page proposal'] },
      { title: 'The conversation', lessons: ['Naming the number', 'When they say it is too much'] },
    ],
    teachers: ['amara'],
    ratings: [4, 5, 5],
  },
  {
    slug: 'piano-for-grown-ups',
    creator: 'pavel',
    category: 'music',
    level: 'beginner',
    priceCents: 48_000,
    title: 'Piano for Grown-ups',
    description:
      'Harmony first: by the third week you accompany a song, by the tenth you play one that nobody taught you. Two cameras, small pieces, no scales for their own sake. An electric piano with full-size keys is enough.',
    objectives: [
      'Play chord progressions in both hands',
      'Read a lead sheet',
      'Hear the difference between I, IV and V',
      'Practise twenty minutes a day so that it adds up',
    ],
    modules: [
      {
        title: 'Chords under the fingers',
        lessons: ['Triads and inversions', 'Left-hand patterns', 'Your first song'],
      },
      { title: 'Reading just enough', lessons: ['Lead sheets', 'Rhythm by speaking it'] },
      { title: 'By ear', lessons: ['Finding the bass', 'A tune nobody taught you'] },
    ],
    teachers: ['elias'],
    ratings: [5, 5, 5],
  },
  {
    slug: 'arranging-for-small-ensembles',
    creator: 'pavel',
    category: 'music',
    level: 'advanced',
    priceCents: 55_000,
    draft: true,
    title: 'Arranging for Small Ensembles',
    description: 'Four players, one tune, and the question of who gets the melody. Still being written.',
    objectives: ['Write four parts that are a pleasure to play'],
    modules: [{ title: 'Voices', lessons: ['Ranges and characters'] }],
    teachers: [],
    ratings: [],
  },
];

/**
 * @typedef {object} Purchase
 * @property {string} student
 * @property {string} course
 * @property {string} teacher the creator or an approved student-teacher
 * @property {'enrolled' | 'completed' | 'refunded'} status
 * @property {number} day days after the course was written
 * @property {number} [lessonsDone] while enrolled
 * @property {boolean} [paidOut] shares transferred
 * @property {boolean} [recommended] by who teaches: awaits the creator's certificate
 * @property {string} [applies] what was written with the wish to teach the course
 */

/** @type {(student: string, course: string, teacher: string, status: Purchase['status'], day: number, more?: Partial<Purchase>) => Purchase} */
const purchase = (student, course, teacher, status, day, more = {}) => ({
  student,
  course,
  teacher,
  status,
  day,
  ...more,
});

/** Whoever teaches a course has completed it with its creator before. */
export const purchases = [
  purchase('kofi', 'python-for-data-work', 'mara', 'completed', 3, { paidOut: true }),
  purchase('ines', 'python-for-data-work', 'mara', 'completed', 4),
  purchase('kofi', 'statistics-you-will-use', 'mara', 'completed', 3),
  purchase('ines', 'sql-from-first-query-to-report', 'mara', 'completed', 3),
  purchase('priya', 'sql-from-first-query-to-report', 'mara', 'completed', 4),
  purchase('dmitri', 'go-services-that-stay-up', 'tomas', 'completed', 3, { paidOut: true }),
  purchase('priya', 'postgres-performance-clinic', 'tomas', 'completed', 3),
  purchase('dmitri', 'testing-without-tears', 'tomas', 'completed', 3),
  purchase('sofia', 'user-interviews-that-tell-the-truth', 'noor', 'completed', 3, { paidOut: true }),
  purchase('sofia', 'interface-design-for-dense-data', 'noor', 'completed', 3),
  purchase('jun', 'drawing-from-observation', 'yuki', 'completed', 3),
  purchase('amara', 'cash-flow-for-small-companies', 'lena', 'completed', 3),
  purchase('amara', 'pricing-your-own-work', 'lena', 'completed', 3),
  purchase('elias', 'piano-for-grown-ups', 'pavel', 'completed', 3),

  purchase('ada', 'python-for-data-work', 'kofi', 'enrolled', 90, { lessonsDone: 3 }),
  purchase('grace', 'python-for-data-work', 'kofi', 'completed', 60, { paidOut: true }),
  purchase('grace', 'statistics-you-will-use', 'kofi', 'enrolled', 110, { lessonsDone: 2 }),
  purchase('tariq', 'python-for-data-work', 'ines', 'enrolled', 95, { lessonsDone: 5 }),
  purchase('tariq', 'sql-from-first-query-to-report', 'priya', 'completed', 60, {
    applies: 'Explaining joins to my team is the best part of my week. I have time on Tuesday evenings.',
  }),
  purchase('hugo', 'go-services-that-stay-up', 'dmitri', 'enrolled', 80, { lessonsDone: 4, recommended: true }),
  purchase('hugo', 'testing-without-tears', 'tomas', 'enrolled', 85, { lessonsDone: 1 }),
  purchase('leo', 'go-services-that-stay-up', 'tomas', 'enrolled', 82, { lessonsDone: 6 }),
  purchase('mei', 'user-interviews-that-tell-the-truth', 'sofia', 'completed', 60),
  purchase('mei', 'interface-design-for-dense-data', 'noor', 'enrolled', 100),
  purchase('ruth', 'drawing-from-observation', 'jun', 'enrolled', 70, { lessonsDone: 4 }),
  purchase('zainab', 'cash-flow-for-small-companies', 'amara', 'enrolled', 75, { lessonsDone: 2 }),
  purchase('zainab', 'pricing-your-own-work', 'lena', 'enrolled', 78),
  purchase('hana', 'pricing-your-own-work', 'amara', 'refunded', 70, { lessonsDone: 1 }),
  purchase('oskar', 'piano-for-grown-ups', 'elias', 'enrolled', 65, { lessonsDone: 5 }),
];

/**
 * @typedef {object} DemoPost
 * @property {string} course
 * @property {string} author somebody who belongs to the course by then
 * @property {number} day days after the course was written
 * @property {string} text
 * @property {{by: string, reason: 'spam' | 'abuse' | 'off_topic' | 'other', note?: string}} [flag]
 */

/** @type {(course: string, author: string, day: number, text: string, flag?: DemoPost['flag']) => DemoPost} */
const post = (course, author, day, text, flag) => ({ course, author, day, text, flag });

/** What was written in the courses' feeds. */
export const posts = [
  post(
    'python-for-data-work',
    'mara',
    2,
    'Welcome! Say hello, and tell us which spreadsheet you would like to be rid of.',
  ),
  post('python-for-data-work', 'grace', 61, 'Mine has 41 tabs and a name that ends in “final_v7”. I am not proud.'),
  post(
    'python-for-data-work',
    'kofi',
    62,
    '41 is nothing. Bring it to our second session and we will read it in one line.',
  ),
  post(
    'python-for-data-work',
    'ada',
    91,
    'How do you keep leading zeros in account numbers? They keep turning into numbers.',
  ),
  post(
    'python-for-data-work',
    'ines',
    92,
    'Read the column as text: dtype={"account": str}. Then nothing can “help” you.',
  ),
  post('python-for-data-work', 'tariq', 96, 'I sell a course on this as well, half the price, write to me.', {
    by: 'ada',
    reason: 'spam',
    note: 'An advertisement for something else.',
  }),
  post(
    'go-services-that-stay-up',
    'tomas',
    3,
    'Office hour on Thursday: bring the log line that you understand least.',
  ),
  post(
    'go-services-that-stay-up',
    'hugo',
    81,
    'A goroutine leak found me before I found it. Lesson 4 reads differently now.',
  ),
  post('go-services-that-stay-up', 'leo', 83, 'Same here. pprof first, theories second.'),
  post('drawing-from-observation', 'yuki', 4, 'Draw the space between the chair’s legs today, not the chair.'),
  post(
    'drawing-from-observation',
    'ruth',
    72,
    'Forty minutes for one teaspoon. I have never looked at a teaspoon before.',
  ),
];

/** Messages of two people who share a course, in order. */
export const conversations = [
  {
    people: /** @type {const} */ (['ada', 'kofi']),
    course: 'python-for-data-work',
    day: 93,
    messages: [
      ['ada', 'Could we look at dates on Thursday? I have three formats in one column.'],
      ['kofi', 'Gladly. Send me ten rows of it, with the names taken out.'],
      ['ada', 'Done, they are in the session’s notes. Thank you!'],
    ],
  },
  {
    people: /** @type {const} */ (['grace', 'mara']),
    course: 'statistics-you-will-use',
    day: 112,
    messages: [['grace', 'Is the median the right answer for salaries, or only the popular one?']],
  },
];
