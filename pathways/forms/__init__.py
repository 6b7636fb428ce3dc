"""What each step asks for. Forms clean, and write nothing."""
