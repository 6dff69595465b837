"""Figures as inline SVG, one file for each subject. matplotlib and scikit-learn draw them."""
