"""What is late, what is wrong, and who is told of it, how often (docs/reference/alerts.md). Nothing here is Airflow."""
