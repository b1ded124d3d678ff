"""The estate's servers: HTTP applications, SFTP, and what holds them together."""
