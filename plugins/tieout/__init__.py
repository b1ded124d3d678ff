"""Tieout: ties out a health system's procure-to-pay chain. What has no Airflow in it works without Airflow."""
