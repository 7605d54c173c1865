// Keeps n8n's log out of the test report.
process.env.N8N_LOG_LEVEL = 'silent';
