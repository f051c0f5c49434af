"""Reading results: attempts, bills, reports and samples, computed from the store on demand."""
