"""What a steward works with: batches of the queue to review, what a decision would touch, the daily report."""
