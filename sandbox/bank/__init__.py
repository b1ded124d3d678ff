"""The estate's bank: it takes files of payments, answers, pays the next day and writes statements."""
