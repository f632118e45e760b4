"""The database: its tables, how to reach it, and how its schema moves forward."""
