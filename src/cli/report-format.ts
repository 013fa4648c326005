/** The formats of reports, by themselves so that the command line knows them before it loads what writes them. */

export const reportFormats = ['pretty', 'json', 'sarif', 'github', 'junit'] as const
export type ReportFormat = (typeof reportFormats)[number]
