"""What a recipe's run will look like before it is started: its data, its time, its memory and its cost."""
