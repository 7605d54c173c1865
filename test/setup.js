// n8n's own log would bury the tests' report.
process.env.N8N_LOG_LEVEL = 'silent';
