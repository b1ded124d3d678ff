-- Run once by the PostgreSQL service, on an empty volume.
create database airflow;
create database warehouse;
create database estate;
