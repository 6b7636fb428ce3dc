"""What pages and the door ask of cases."""
