"""Every strategy once more, short and plain: what the product's are held against."""
